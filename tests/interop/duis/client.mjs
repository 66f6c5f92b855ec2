// A User's system of DCC's packages: builds requests of their templates, has them signed by their tool, sends them,
// and takes what is pushed to it as DCC's Node-RED nodes do: `node client.mjs HOST:PORT`, the DSP's. It prints JSON,
// one object a line, the first `{"listening": PORT}`; and takes JSON, one request a line:
//
//   {"template": NAME, "originator", "target", "counter"[, "commandVariant", "body"]}
//                 -> {"answer": {"code", "requestId", "preCommand" (base64)}} or {"failed": TEXT}
//   a push        -> {"pushed": {"status", "requestId", "responseId", "code", "reconciled", "payload" (base64)}}
//
// A push is answered 204 if the tool finds it valid and the parser's guard takes it, else 400. It is reconciled with the
// request of its RequestID once the Acknowledgement of that was read.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

// What is installed is beside where node was started, not beside this file.
const installed = createRequire(`${process.cwd()}/`);
const { constructDuis, isSimplifiedDuisOutputResponse, lookupCV, parseDuis } = installed("@smartdcc/duis-parser");
const { signDuis, validateDuis } = installed("@smartdcc/duis-sign-wrap");
const { loadTemplates } = installed("@smartdcc/duis-templates");

const SERVICES = { "Transform Service": "T", "Send Command Service": "S", "Non-Device Service": "D" };
const MOST_MILLISECONDS = 3000;
const MOST_OCTETS = 100 * 1024;
const PATH = "/smartdcc/duis";

const [address] = process.argv.slice(2);
const templates = await loadTemplates({});
const awaited = new Set();

const print = (event) => console.log(JSON.stringify(event));
const text = (id) => (id ? `${id.originatorId}:${id.targetId}:${id.counter}` : "");

async function understand(xml) {
  const response = parseDuis("simplified", await validateDuis({ xml }));
  if (!isSimplifiedDuisOutputResponse(response)) throw new Error("the guard refuses it");
  return response;
}

async function send({ template, originator, target, counter, commandVariant, body }) {
  const { header, body: templateBody } = templates[template].simplified;
  const variant = lookupCV(commandVariant ?? header.commandVariant.number);
  const requestId = { originatorId: originator, targetId: target, counter: BigInt(counter) };
  const request = { header: { ...header, requestId, commandVariant: variant }, body: body ?? templateBody };
  const xml = await signDuis({ xml: constructDuis("simplified", request), preserveCounter: true });
  const response = await fetch(`http://${address}/api/v1/service${SERVICES[variant.webService]}`, {
    method: "POST",
    headers: { "content-type": "application/xml" },
    body: xml,
    signal: AbortSignal.timeout(MOST_MILLISECONDS),
  });
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || !type.startsWith("application/xml")) throw new Error(`${response.status} ${type}`);
  const answer = await understand(await response.text());
  if (answer.header.responseCode === "I99") awaited.add(text(answer.header.requestId));
  const { responseCode: code, requestId: answered } = answer.header;
  return { code, requestId: text(answered), preCommand: answer.body.ResponseMessage.PreCommand?.GBCSPayload ?? "" };
}

async function take(request) {
  if (request.method !== "POST" || request.url !== PATH) return [404];
  if (request.headers["content-type"] !== "application/xml") return [404];
  const parts = [];
  for await (const part of request) parts.push(part);
  const xml = Buffer.concat(parts);
  if (xml.length > MOST_OCTETS) return [413];
  let response;
  try {
    response = await understand(xml);
  } catch (error) {
    return [400, { failed: String(error) }];
  }
  const { requestId, responseId, responseCode: code } = response.header;
  const reconciled = awaited.delete(text(requestId));
  const message = response.body.ResponseMessage ?? response.body.DeviceAlertMessage ?? {};
  const payload = message.GBCSPayload ?? "";
  return [204, { requestId: text(requestId), responseId: text(responseId), code, reconciled, payload }];
}

const server = createServer(async (request, response) => {
  const [status, event = {}] = await take(request);
  response.writeHead(status).end();
  print({ pushed: { status, ...event } });
});
server.listen(0, "127.0.0.1", () => print({ listening: server.address().port }));

for await (const line of createInterface({ input: process.stdin })) {
  try {
    print({ answer: await send(JSON.parse(line)) });
  } catch (error) {
    print({ failed: String(error) });
  }
}
process.exit(0);
