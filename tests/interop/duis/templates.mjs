// Prints DCC's request templates as one JSON object by name: `file`, the XML as it is published; `built`, the XML that
// DCC's parser makes of it, as its clients send it; and what the parser reads in its header and body: its only element;
// and the User Roles that DCC's matrix has for the request.

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// What is installed is beside where node was started, not beside this file.
const installed = createRequire(`${process.cwd()}/`);
const { constructDuis, isSimplifiedDuisOutputRequest, parseDuis } = installed("@smartdcc/duis-parser");

const ENDING = "_REQUEST_DUIS.XML";
const folder = join(dirname(installed.resolve("@smartdcc/duis-templates")), "..", "templates");

const templates = {};
for (const name of readdirSync(folder).sort()) {
  if (!name.endsWith(ENDING)) throw new Error(`${name}: no template`);
  const file = readFileSync(join(folder, name), "utf-8");
  const request = parseDuis("simplified", file);
  if (!isSimplifiedDuisOutputRequest(request)) throw new Error(`${name}: no request`);
  const { requestId, commandVariant, serviceReference, serviceReferenceVariant } = request.header;
  templates[name.slice(0, -ENDING.length)] = {
    file,
    built: constructDuis("simplified", request),
    originator: requestId.originatorId,
    target: requestId.targetId,
    commandVariant: commandVariant.number,
    serviceReference,
    serviceReferenceVariant: serviceReferenceVariant["Service Reference Variant"],
    eligibleRoles: serviceReferenceVariant["Eligible User Roles"],
    element: Object.keys(request.body).join(" "),
  };
}
console.log(JSON.stringify(templates));
