// A command on one step, from a panel of it: what was entered goes with it, and who stays is decided by what came back.
import { useCallback } from 'react';
import { useQueue } from '@/offline/outbox';
import { ends } from '@/offline/queue';
import { type Command, type Told, useCommand } from '../hooks';
import { isOpen, type Run, type Step } from '../model';

/** What ends a step, or what its machine waits for: what was entered has been given with it, and is no draft any more. */
const ENDING = ['complete', 'skip', 'decline', 'handle_manually', 'amend'];

type Asked = { run: Run; step: Step; onGiven: () => void; onEnded: (after: Run) => void };

/** `give` sends a command on this round; `onEnded` is called once nothing is left to do here for a person. */
export function useGiving({ run, step, onGiven, onEnded }: Asked) {
  const command = useCommand(run.id);
  const give = useCallback(
    (more: Command) => {
      const after = (told: Told) => {
        if (ENDING.includes(more.type)) onGiven();
        const view = told.run ?? told.ahead;
        const now = view?.steps.find((each) => each.id === step.id);
        // Begun, held, claimed: the person stays with it.
        if (view && !(now && isOpen(now))) onEnded(view);
      };
      command.mutate({ step: step.id, execution: step.execution, ...more }, { onSuccess: after });
    },
    [command, onEnded, onGiven, step.execution, step.id],
  );
  return { command, give };
}

/** What ends this step and waits on this device, or was refused since. */
export function useWaiting(run: string, step: string) {
  return useQueue().find((item) => item.run === run && item.body.step === step && ends(item));
}
