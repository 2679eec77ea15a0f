/** What a page says where there is nothing yet, and the command that changes it. */
export function Empty({ what, command }: { readonly what: string; readonly command: string }) {
  return (
    <div class="empty">
      <p>{what}</p>
      <pre><code>{command}</code></pre>
    </div>
  );
}
