import { familyNamed } from "../kernels/mod.ts";
import { deviceSlug } from "../profiles/device_ladder.ts";
import { mergeUpload } from "../profiles/merge_upload_fs.ts";
import { ProfileStore } from "../profiles/store_fs.ts";
import { StoreError } from "../profiles/store_error.ts";
import type { Upload } from "../profiles/upload.ts";
import type { KeptUpload } from "./app/env.ts";

/** Longest another writer of the same profile is waited for. */
const WAIT_MS = 10_000;

/** Adds a checked upload to its device's folder under `root`; sending the same again adds nothing. Throws StoreError. */
export async function keepUpload(root: string, upload: Upload): Promise<KeptUpload> {
  const { device } = upload.profile;
  using store = await ProfileStore.open(root, device);
  await store.acquire({ signal: AbortSignal.timeout(WAIT_MS) }).catch((error) => {
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      "Cannot store this profile: another tuner is writing it; send it again when it ended",
    );
  });
  const { merged } = await mergeUpload(store, upload, familyNamed);
  return { slug: deviceSlug(device), added: merged.reduce((sum, { added }) => sum + added, 0) };
}
