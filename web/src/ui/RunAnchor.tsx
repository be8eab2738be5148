import { Anchor } from '@mantine/core';
import { modals } from '@mantine/modals';
import type { MouseEvent, ReactNode } from 'react';

type Props = { run: string; onOpen: (run: string) => void; children: ReactNode };

/** To a run from a dialog, which stands outside the router: whoever opened the dialog knows the way. */
export function RunAnchor({ run, onOpen, children }: Props) {
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    modals.closeAll();
    onOpen(run);
  };
  return (
    <Anchor href={`/runs/${encodeURIComponent(run)}`} onClick={open}>
      {children}
    </Anchor>
  );
}
