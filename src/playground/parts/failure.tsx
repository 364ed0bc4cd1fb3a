import { ApiError } from '../api.js';
import { PageError } from '../logic/page-error.js';

/** What went wrong, in the words of the service where it has any. */
export function Failure({ error }: { readonly error: Error }) {
  const problems = error instanceof ApiError ? error.problems : [];
  return (
    <div class="failure" role="alert">
      <p>{error instanceof PageError ? error.message : 'The service cannot be reached. Is it still running?'}</p>
      {problems.length > 1 ? (
        <ul>
          {problems.map(({ pointer, message }) => (
            <li key={pointer}>
              <code>{pointer}</code> {message}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
