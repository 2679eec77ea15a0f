import { nearestWinner } from "../../profiles/nearest_winner.ts";
import { assertEquals } from "../assert.ts";
import { sampleWinner } from "./samples.ts";

const at = (bucket: string, sourceHash = "aaaa") => sampleWinner({ bucket, sourceHash });

Deno.test("nearestWinner() takes the fewest powers of two away", () => {
  const winners = [at("toy@T<=1024,NH<=32,K=64"), at("toy@T<=16384,NH<=32,K=64")];
  assertEquals(nearestWinner(winners, "toy@T<=8192,NH<=32,K=64", "aaaa"), winners[1]);
  assertEquals(nearestWinner(winners, "toy@T<=2048,NH<=32,K=64", "aaaa"), winners[0]);
});

Deno.test("nearestWinner() passes over other head sizes and other families", () => {
  const bucket = "toy@T<=8192,NH<=32,K=64";
  const others = [at("toy@T<=8192,NH<=32,K=128"), at("cart@T<=8192,NH<=32,K=64")];
  assertEquals(nearestWinner(others, bucket, "aaaa"), undefined);
  const far = at("toy@T<=64,NH<=1,K=64");
  assertEquals(nearestWinner([...others, far], bucket, "aaaa"), far);
});

Deno.test("nearestWinner() takes one of other source code where none of this is as near", () => {
  const bucket = "toy@T<=8192,NH<=32,K=64";
  const [stale, near] = [at(bucket, "bbbb"), at("toy@T<=4096,NH<=32,K=64")];
  assertEquals(nearestWinner([near, stale], bucket, "aaaa"), stale);
  assertEquals(nearestWinner([stale, at(bucket)], bucket, "aaaa"), at(bucket));
});
