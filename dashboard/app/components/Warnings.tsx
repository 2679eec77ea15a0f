/** Files that could not be read, a sentence each. */
export function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul class="warn" role="alert">
      {warnings.map((warning) => <li key={warning}>{warning}</li>)}
    </ul>
  );
}
