import { currentCaller } from '../core/request-scope.js';

/** `"clientId":"<who asks>",` for a line that is put together by hand; nothing where nobody is asked who they are. */
export function clientMember(): string {
  const caller = currentCaller();
  return caller === undefined ? '' : `"clientId":${JSON.stringify(caller.id)},`;
}
