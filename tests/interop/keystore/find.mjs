// Asks DCC's key store for certificates: `node find.mjs HOST:PORT QUERIES`, QUERIES a JSON array of its options.
// Prints one JSON array: for each query what was found, or null, or the text of an error.

import { createRequire } from "node:module";

// What is installed is beside where node was started, not beside this file.
const { BoxedKeyStore, KeyUsage } = createRequire(`${process.cwd()}/`)("@smartdcc/dccboxed-keystore");

const [address, queries] = process.argv.slice(2);
const store = await BoxedKeyStore.new(address);

const told = ({ eui, keyUsage, serial, role, name, certificate }) => ({
  eui: eui.toString(),
  keyUsage: keyUsage.map((usage) => KeyUsage[usage] ?? usage),
  serial: serial.toString(),
  role: role ?? null,
  name: name ?? null,
  certificate: certificate.raw.toString("hex"),
});

const answers = [];
for (const query of JSON.parse(queries)) {
  const options = { lookup: "certificate", ...query };
  if (query.serial) options.serial = BigInt(query.serial);
  if (query.keyUsage) options.keyUsage = KeyUsage[query.keyUsage];
  try {
    const found = await store.query(options);
    answers.push(found === null ? null : [found].flat().map(told));
  } catch (error) {
    answers.push(String(error));
  }
}
await store.cleanup();
console.log(JSON.stringify(answers));
