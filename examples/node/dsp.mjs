// One User on one DSP: its calls as promises, its stream as an async iterator that goes on over broken lines.
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const PROTOS = process.env.SMETS_PROTOS ?? fileURLToPath(new URL("../../protos", import.meta.url));
const CALL_MS = 30_000;
const RECONNECT_MS = 500;
const OPTIONS = { "grpc.max_receive_message_length": 16 * 1024 * 1024 };

export class Dsp {
  #users;
  #clock;
  #identity = new grpc.Metadata();

  constructor(address, user) {
    const contract = ["dcc_user_interface", "clock"].map((name) => `smart_metering/rpc/v1/${name}.proto`);
    const loaded = protoLoader.loadSync(contract, {
      includeDirs: [PROTOS],
      keepCase: true, // fields are named as in the contract
      longs: String, // times and positions are 64 bits wide
      oneofs: true, // message.body says which body is there
      defaults: true,
    });
    const { DccUserInterface, Clock } = grpc.loadPackageDefinition(loaded).smart_metering.rpc.v1;
    this.#users = new DccUserInterface(address, grpc.credentials.createInsecure(), OPTIONS);
    this.#clock = new Clock(address, grpc.credentials.createInsecure());
    this.#identity.set("user-id", user);
  }

  sendCommand(request) {
    return this.#call(this.#users, "SendCommand", request);
  }

  now() {
    return this.#call(this.#clock, "Now", {});
  }

  // Stepped time: lets everything happen that is due by then.
  advance(milliseconds) {
    return this.#call(this.#clock, "Advance", { by: milliseconds });
  }

  // Every message beyond the position, each once. A line that breaks is opened again behind the last message taken.
  async *receive(after) {
    for (let isBroken = false; ; await pause(RECONNECT_MS)) {
      const stream = this.#users.Receive({ after_position: after }, this.#identity);
      try {
        for await (const batch of stream) {
          for (const message of batch.messages) {
            after = message.position;
            isBroken = false;
            yield message;
          }
        }
      } catch (error) {
        if (![grpc.status.UNAVAILABLE, grpc.status.CANCELLED].includes(error.code)) throw error;
        if (!isBroken) console.log(`the line is broken, going on after ${after}`);
        isBroken = true;
      } finally {
        stream.cancel();
      }
    }
  }

  close() {
    this.#users.close();
    this.#clock.close();
  }

  #call(stub, method, request) {
    const deadline = new Date(Date.now() + CALL_MS);
    return new Promise((resolve, reject) => {
      stub[method](request, this.#identity, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }
}
