import { type Browser, chromium } from "playwright-core";
import { type PackagePart, packagePart } from "../../../cli/chromium_package.ts";
import { note } from "../../../cli/output.ts";
import { isUserError } from "../../../cli/user_error.ts";

const CHROMIUM: PackagePart = {
  name: "chromium",
  what: "a headless Chromium",
  // SwiftShader must lie beside the program, else its WebGPU finds no adapter.
  archives: ["chromium.br", "swiftshader.tar.br", "al2023.tar.br", "fonts.tar.br"],
  arrange: (work, folder) => Deno.writeTextFile(`${work}/fonts.conf`, fontsConf(`${folder}/fonts`)),
};

/** Pages look alike on every machine: one font for the system's own, whatever is installed. */
const fontsConf = (folder: string) =>
  `<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${folder}</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  ${
    ["system-ui", "sans-serif"].map((name) =>
      `<match target="pattern"><test name="family"><string>${name}</string></test>` +
      `<edit name="family" mode="prepend" binding="strong"><string>Open Sans</string></edit></match>`
    ).join("\n  ")
  }
</fontconfig>
`;

/** Where a browser was found, or the reason why there is none. */
export type FoundBrowser =
  | { readonly open: () => Promise<Browser>; readonly reason?: undefined }
  | { readonly open?: undefined; readonly reason: string };

/**
 * Finds the headless Chromium whose WebGPU is SwiftShader's; the first call fetches it from the npm registry. Never
 * throws: a test without a browser is ignored, with the reason in its name.
 */
export async function findBrowser(): Promise<FoundBrowser> {
  try {
    const folder = await packagePart(CHROMIUM, note);
    // A driver chosen for Deno's own WebGPU would hide the one beside the program.
    const { VK_DRIVER_FILES: _, VK_ICD_FILENAMES: __, ...own } = Deno.env.toObject();
    const env = {
      ...own,
      FONTCONFIG_FILE: `${folder}/fonts.conf`,
      // Libraries it needs and bare machines lack.
      LD_LIBRARY_PATH: [`${folder}:${folder}/lib`, Deno.env.get("LD_LIBRARY_PATH")].filter(Boolean).join(":"),
    };
    return {
      open: () =>
        chromium.launch({
          executablePath: `${folder}/chromium`,
          args: ["--no-sandbox", "--enable-unsafe-webgpu", "--font-render-hinting=none"],
          ignoreDefaultArgs: ["--disable-gpu"],
          env,
        }),
    };
  } catch (error) {
    if (!isUserError(error)) throw error;
    return { reason: error.message };
  }
}
