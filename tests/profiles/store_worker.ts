// A second process for store_fs_test.ts: `store_worker.ts <root> append|hold`.
import { ProfileStore } from "../../profiles/store_fs.ts";
import { sampleDevice, sampleTrial } from "./samples.ts";

const [root, what] = Deno.args;
using store = await ProfileStore.open(root, sampleDevice());
if (what === "hold") {
  await store.acquire({ onWait: (pid) => console.log(`waiting for ${pid}`) });
  console.log("held");
  await Deno.stdin.read(new Uint8Array(1)); // until the parent says so
} else {
  const most = Number(Deno.args[2] ?? Infinity);
  for (let i = 0; i < most; i++) {
    try {
      await store.append(sampleTrial({ config: { tile: i, wide: false } }));
    } catch (error) {
      console.log(`${(error as Error).name}: ${(error as Error).message}`);
      break;
    }
    console.log(`stored ${i}`);
  }
}
