// Reads a JSON array of DUIS Responses (XML, validated) from standard input, and prints what DCC's parser makes of
// each: its ids and code, whether its guard of Responses takes it, and the names of the narrower guards that do.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// What is installed is beside where node was started, not beside this file.
const parser = createRequire(`${process.cwd()}/`)("@smartdcc/duis-parser");

const PAYLOADS = [
  "CINMessage",
  "DSPInventory",
  "DSPOptIn",
  "DSPScheduleID",
  "DSPScheduledMessage",
  "DSPSchedulesRead",
  "DSPUpdateFirmwareWarning",
  "DSPUpdatePPMIDFirmwareWarning",
  "DSPWANMatrix",
  "FutureDatedDeviceAlertMessage",
  "GBCSPayload",
  "LocalCommand",
  "NoBody",
  "PreCommand",
];
const guards = {
  DeviceAlertMessage: parser.isSimplifiedDuisResponseBody_DeviceAlertMessage,
  DCCAlertMessage: parser.isSimplifiedDuisResponseBody_DCCAlertMessage,
};
for (const name of PAYLOADS) {
  guards[name] = (body) => parser.isSimplifiedDuisResponseBody_ResponseMessage_X(name, body);
}

const holds = (guard, body) => {
  try {
    return guard(body);
  } catch {
    return false; // some look into what is not there
  }
};
const text = (id) => (id ? `${id.originatorId}:${id.targetId}:${id.counter}` : "");

const read = (xml) => {
  const { header, body, ...others } = parser.parseDuis("simplified", xml);
  return {
    requestId: text(header.requestId),
    responseId: text(header.responseId),
    code: header.responseCode,
    taken: holds(parser.isSimplifiedDuisOutputResponse, { header, body, ...others }),
    guards: Object.keys(guards).filter((name) => holds(guards[name], body)),
  };
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(read)));
