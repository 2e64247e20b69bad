import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's own output; besides, the file that a failed test or hook is in becomes a line of the file that `failed` names. */
class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { failed } = options.reporterOptions as { readonly failed: string };
    runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, ({ file = '' }) => {
      appendFileSync(failed, `${file}\n`);
    });
  }
}

// Mocha wants a reporter to be its module's default.
export { Reporter as default };
