import { startApp } from './app.setup.js';
import type { GroupMember } from './cluster/member.js';
import type { AppConfig } from './core/app-config.js';
import { ModelRegistry } from './model/model-registry.js';
import { Shutdown } from './shutdown.js';
import { welcome } from './welcome.js';

/** Serves in this process, alone or as one of a group, and greets once the models were loaded. */
export async function serve(config: AppConfig, member: GroupMember | null): Promise<void> {
  const { app, url, loaded } = await startApp(config, member, (created) => {
    new Shutdown(created).listen();
  });
  await loaded;
  const greeting = welcome(url, app.get(ModelRegistry).slots());
  if (member === null) process.stderr.write(greeting);
  else member.greet(greeting);
}
