// Sends 11.2 Read Firmware Version to a meter, prints its Service Response, then every alert that comes:
//
//   node read_version.mjs DSP USER METER [ALERTS]
//
// DSP is HOST:PORT (connection.json of the state folder has it), USER and METER are EUIs. Ends after ALERTS alerts.
import { Dsp } from "./dsp.mjs";

const [address, user, meter, alerts = "Infinity"] = process.argv.slice(2);
if (!meter) {
  console.error("usage: node read_version.mjs DSP USER METER [ALERTS]");
  process.exit(2);
}

const dsp = new Dsp(address, user);
try {
  await followFrom(await readVersion());
} catch (error) {
  console.error(`${address}: ${error.details ?? error.message}`);
  process.exitCode = 1;
} finally {
  dsp.close();
}

// Sends the request; its RequestID. A RequestID is used once: the emulated time in milliseconds is a counter that rises.
async function readVersion() {
  const clock = await dsp.now();
  const requestId = `${user}:${meter}:${clock.now}`;
  const answer = await dsp.sendCommand({
    request_id: requestId,
    command_variant: 1,
    service_reference_variant: "11.2",
    read_firmware_version: {},
  });
  console.log(`answer ${answer.response_code} to ${requestId}`);
  if (answer.response_code !== "I99") throw new Error(`refused: ${answer.decision?.row}`);
  if (clock.rate === 0) await dsp.advance(0);
  return requestId;
}

async function followFrom(requestId) {
  let left = Number(alerts);
  for await (const { position, message, [message]: received } of dsp.receive(0)) {
    if (message === "service_response" && received.request_id === requestId) {
      const octets = received.gbcs_payload ?? Buffer.alloc(0);
      console.log(`response ${received.response_code}, ${octets.length} octets of GBCS: ${octets.toString("hex")}`);
    }
    if (message === "dcc_alert") {
      console.log(`alert ${received.dcc_alert_code} at position ${position}: ${JSON.stringify(received[received.body])}`);
    }
    if (message === "device_alert") {
      console.log(`alert ${received.alert_code.toString(16).toUpperCase()} at position ${position}`);
    }
    if (message !== "service_response" && --left <= 0) return;
  }
}
