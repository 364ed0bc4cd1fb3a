import { ApiError } from '../api.js';
import { PageError } from '../logic/page-error.js';

const NOTHING = { problems: [], retryAfter: null } satisfies Partial<ApiError>;

/** What went wrong, in the words of the service where it has any. */
export function Failure({ error }: { readonly error: Error }) {
  const { problems, retryAfter } = error instanceof ApiError ? error : NOTHING;
  const message = error instanceof PageError ? error.message : 'The service cannot be reached. Is it still running?';
  return (
    <div class="failure" role="alert">
      <p>
        {message}
        {retryAfter === null ? null : ` Try again in ${retryAfter === 1 ? 'a second' : `${retryAfter} seconds`}.`}
      </p>
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
