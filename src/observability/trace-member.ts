import { currentTrace } from '../core/request-scope.js';

/** The id of the current request's trace as a member of a JSON object, with a comma behind it; nothing where there is none. */
export function traceMember(): string {
  const trace = currentTrace();
  return trace === undefined ? '' : `"traceId":"${trace.traceId}",`;
}
