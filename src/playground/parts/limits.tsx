/** What the model must not be trusted with, in the words of whoever made it; nothing where they said nothing. */
export function LimitsCard({ limits = [] }: { readonly limits: readonly string[] | undefined }) {
  if (limits.length === 0) return null;
  return (
    <section class="card" aria-labelledby="limits-title">
      <h2 id="limits-title">Limits</h2>
      <ul class="limits">
        {limits.map((limit) => (
          <li key={limit}>{limit}</li>
        ))}
      </ul>
    </section>
  );
}
