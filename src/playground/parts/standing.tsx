import { standingOf } from '../logic/models.js';
import type { ModelSummary } from '../types.js';

/** What there is to wait for, or to mend, while no model can answer. */
export function Standing({ models }: { readonly models: readonly ModelSummary[] }) {
  if (models.length === 0) {
    return (
      <p class="lead" role="status">
        Looking for models …
      </p>
    );
  }
  return (
    <section class="card" aria-labelledby="standing-title">
      <h1 id="standing-title">No model is ready</h1>
      <p class="lead">This page goes on as soon as one is.</p>
      <div role="status">
        <ul class="limits">
          {models.flatMap(({ name, versions }) =>
            versions.map((one) => (
              <li key={`${name}@${one.version}`}>
                <b>{name}</b> {standingOf(one)}
              </li>
            )),
          )}
        </ul>
      </div>
    </section>
  );
}
