import { StoreError } from "../../../../profiles/store_error.ts";
import { checkUpload } from "../../check_upload.ts";
import { createRoute } from "../../create_route.ts";

/** Takes a profile a page made. The guard has refused other origins and large bodies already. */
export const POST = createRoute(async (c) => {
  const checked = await checkUpload(await c.req.text());
  if ("error" in checked) return c.json(checked, 422);
  try {
    const { slug, added } = await c.env.shelf.keep(checked.upload);
    const page = `/devices/${slug}`;
    return c.json({ device: slug, page, added }, 201, { location: page });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return c.json({ error: error.message }, error.message.includes("disk is full") ? 507 : 500);
  }
});
