import { deviceName } from "../../../compare/device_words.ts";
import { formatTokens } from "../../../compare/quantities.ts";
import { BATCHES, PAPER } from "./choice.ts";
import type { View } from "./view.ts";

const BATCH_WORDS = { "1": "one sequence", largest: "as many as fit" } as const;
const PAPER_WORDS = { ratios: "beside ratios", all: "beside times too", none: "hidden" } as const;
const BACKENDS = { builtin: "Deno's WebGPU", dawn: "Dawn", browser: "browser" } as const;

/** What can be chosen; every choice is part of the address. */
export function CompareForm({ view: { choice, offered } }: { readonly view: View }) {
  const [model, ...against] = choice.models;
  const lengths = offered.lengths.map((tokens) => [`${tokens}`, formatTokens(tokens)] as const);
  return (
    <form class="controls live part compare-form" id="choices" method="get">
      <fieldset>
        <legend>On</legend>
        <div>
          {offered.devices.map(({ slug, profile: { device } }) => (
            <Box key={slug} name="device" value={slug} checked={choice.devices.includes(slug)}>
              {deviceName(device)} <span class="muted">{BACKENDS[device.backend]}</span>
            </Box>
          ))}
        </div>
      </fieldset>
      <Choose
        name="model"
        label="Model"
        chosen={model}
        options={offered.models.map((name) => [name, name])}
      />
      {offered.models.length > 1 && (
        <fieldset>
          <legend>Against</legend>
          <div>
            {offered.models.filter((name) => name !== model).map((name) => (
              <Box key={name} name="against" value={name} checked={against.includes(name)}>{name}</Box>
            ))}
          </div>
        </fieldset>
      )}
      <Choose
        name="batch"
        label="Decode"
        chosen={choice.batch}
        options={BATCHES.map((value) => [value, BATCH_WORDS[value]])}
      />
      <div class="span">
        <Choose name="from" label="From" chosen={`${choice.from}`} options={lengths} />
        <Choose name="to" label="To" chosen={`${choice.to}`} options={lengths} />
      </div>
      <Choose
        name="paper"
        label="Paper's curves"
        chosen={choice.paper}
        options={PAPER.map((value) => [value, PAPER_WORDS[value]])}
      />
      <button type="submit" class="apply">Apply</button>
    </form>
  );
}

function Choose({ name, label, chosen, options }: {
  readonly name: string;
  readonly label: string;
  readonly chosen: string;
  readonly options: readonly (readonly [value: string, words: string])[];
}) {
  return (
    <label>
      {label}
      <select name={name} id={`choose-${name}`}>
        {options.map(([value, words]) => (
          <option key={value} value={value} selected={value === chosen}>{words}</option>
        ))}
      </select>
    </label>
  );
}

function Box({ name, value, checked, children }: {
  readonly name: string;
  readonly value: string;
  readonly checked: boolean;
  readonly children: preact.ComponentChildren;
}) {
  return (
    <label>
      <input type="checkbox" id={`choose-${name}-${value}`} name={name} value={value} checked={checked} />
      <span>{children}</span>
    </label>
  );
}
