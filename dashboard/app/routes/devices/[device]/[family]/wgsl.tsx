import { createRoute } from "../../../../create_route.ts";
import { completeAxes, formatAxes } from "../../../../../../kernels/core/axes.ts";
import { capabilitiesOf } from "../../../../../../profiles/capabilities.ts";
import { DeviceName } from "../../../../components/DeviceName.tsx";
import { familyUrl } from "../../../../family/family_choices.ts";
import { familyPage } from "../../../../family/family_page.ts";
import { landscapeOf } from "../../../../family/landscape.ts";
import LiveForm from "../../../../islands/LiveForm.tsx";
import { CodeView, DiffView } from "../../../../wgsl/CodeView.tsx";
import { codeOf, type CodePass, type VariantCode } from "../../../../wgsl/code_passes.ts";
import { foldedDiff } from "../../../../wgsl/folded_diff.ts";
import { type NamedVariant, namedVariants } from "../../../../wgsl/named_variants.ts";

export default createRoute(async (c) => {
  const page = await familyPage(c);
  if (!page) return c.notFound();
  const { device, family, chosen, winner, hash } = page;
  const trials = chosen?.trials ?? [];
  const axes = winner?.axes ?? landscapeOf(trials, { sourceHash: hash })?.axes ?? completeAxes(family, {});
  const named = namedVariants(family, trials, winner);
  const capabilities = capabilitiesOf(device.profile.device);
  const a = c.req.query("a") || named[0].id;
  const b = c.req.query("b") || undefined;
  const codeA = codeOf(family, a, axes, capabilities);
  const codeB = b === undefined ? undefined : codeOf(family, b, axes, capabilities);
  return c.render(
    <div class="wgsl">
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/devices">Devices</a> /{" "}
        <DeviceName device={device.profile.device} href={`/devices/${encodeURIComponent(device.slug)}`} /> /
        {" "}
        <a href={familyUrl(device.slug, family.name, "", { bucket: chosen?.bucket })}>{family.name}</a>
      </nav>
      <h1>WGSL of {family.name}</h1>
      <p class="muted">
        As this device is given it at{" "}
        <code>{formatAxes(axes)}</code>: tunables are constants, marked loops are unrolled where the variant
        says so.
      </p>
      <form class="controls live part" id="choices" method="get">
        {chosen && <input type="hidden" name="bucket" value={chosen.bucket} />}
        <VariantSelect name="a" label="A" named={named} chosen={a} />
        <VariantSelect name="b" label="B, to compare with" named={named} chosen={b} />
        <button type="submit" class="apply">Apply</button>
      </form>
      <LiveForm />
      <div class="part" id="code">
        <Variant label="A" code={codeA} asked={a} />
        {codeB && <Variant label="B" code={codeB} asked={b!} />}
        {codeB ? <Compared a={codeA} b={codeB} /> : <Passes code={codeA} />}
      </div>
    </div>,
    { title: `WGSL of ${family.name}`, section: "devices" },
  );
});

function VariantSelect({ name, label, named, chosen }: {
  readonly name: string;
  readonly label: string;
  readonly named: readonly NamedVariant[];
  readonly chosen?: string;
}) {
  return (
    <label>
      {label}
      <select name={name} id={`choose-${name}`}>
        {name === "b" && <option value="">nothing</option>}
        {chosen !== undefined && !named.some(({ id }) => id === chosen) && (
          <option value={chosen} selected>{chosen.slice(0, 200)}</option>
        )}
        {named.map(({ id, label }) => (
          <option key={id} value={id} selected={id === chosen}>
            {`${label}: ${id.slice(id.indexOf(":") + 1)}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Variant({ label, code, asked }: {
  readonly label: string;
  readonly code: VariantCode;
  readonly asked: string;
}) {
  return (
    <>
      <p class="variant">
        <span class="tag">{label}</span> <code>{code.kind === "passes" ? code.id : asked.slice(0, 500)}</code>
      </p>
      {code.kind === "none" && <p class="warn">{code.reason}</p>}
      {code.kind === "passes" && code.refusal && <p class="warn">{code.refusal}</p>}
    </>
  );
}

function Passes({ code }: { readonly code: VariantCode }) {
  if (code.kind === "none") return null;
  return (
    <>
      {code.passes.map((pass, i) => (
        <section key={i}>
          <PassHead pass={pass} />
          <CodeView code={pass.code} label={`pass ${pass.label}`} />
        </section>
      ))}
    </>
  );
}

function PassHead(
  { pass: { label, code, dispatches }, note }: { readonly pass: CodePass; readonly note?: string },
) {
  const words = [
    `${code.split("\n").length} lines`,
    dispatches > 1 && `${dispatches} dispatches`,
    note,
  ].filter(Boolean);
  return (
    <h2>
      {label} <span class="muted">{words.join(", ")}</span>
    </h2>
  );
}

/** Passes of the same label against each other, those of one variant only as they are. */
function Compared({ a, b }: { readonly a: VariantCode; readonly b: VariantCode }) {
  if (a.kind === "none" || b.kind === "none") return <Passes code={a.kind === "none" ? b : a} />;
  const left = numbered(a.passes), right = numbered(b.passes);
  const shared = [...left].filter(([key]) => right.has(key));
  return (
    <>
      {shared.length === 0 && (
        <p>
          No pass of A has the name of a pass of B: they are different algorithms, shown one after the other.
        </p>
      )}
      {shared.map(([key, pass]) => <ComparedPass key={key} a={pass} b={right.get(key)!} />)}
      {([["A", left, right], ["B", right, left]] as const).flatMap(([name, own, other]) =>
        [...own].filter(([key]) => !other.has(key)).map(([key, pass]) => (
          <section key={`${name} ${key}`}>
            <PassHead pass={pass} note={`only in ${name}`} />
            <CodeView code={pass.code} label={`pass ${pass.label}, only in ${name}`} />
          </section>
        ))
      )}
    </>
  );
}

/** Passes by label; the second text of a label by its number too. */
function numbered(passes: readonly CodePass[]): ReadonlyMap<string, CodePass> {
  const counts = new Map<string, number>();
  return new Map(passes.map((pass) => {
    const count = (counts.get(pass.label) ?? 0) + 1;
    counts.set(pass.label, count);
    return [`${pass.label} ${count}`, pass];
  }));
}

function ComparedPass({ a, b }: { readonly a: CodePass; readonly b: CodePass }) {
  if (a.code === b.code) {
    return (
      <section>
        <PassHead pass={a} note="the same in both" />
      </section>
    );
  }
  const diff = foldedDiff(a.code.split("\n"), b.code.split("\n"));
  return (
    <section>
      <PassHead
        pass={b}
        note={diff
          ? `${diff.removed} removed, ${diff.added} added`
          : "too different to be shown side by side"}
      />
      {diff ? <DiffView a={a.code} b={b.code} diff={diff} label={`pass ${a.label}`} /> : (
        <>
          <h3>A</h3>
          <CodeView code={a.code} label={`pass ${a.label} of A`} />
          <h3>B</h3>
          <CodeView code={b.code} label={`pass ${b.label} of B`} />
        </>
      )}
    </section>
  );
}
