// Where two features meet: a record's run beside the list of records. Features do not import each other; this does.
import { lazy, Suspense } from 'react';
import { useRun } from '@/features/run/hooks';
import { Failed } from '@/ui/Failed';
import { Waiting } from '@/ui/Waiting';

const OneRun = lazy(async () => ({ default: (await import('@/features/run/RunPage')).OneRun }));

/** A run with its steps, as its own page shows it. */
export function RunWork({ run: id }: { run: string }) {
  const run = useRun(id);
  if (run.isError && !run.data) return <Failed error={run.error} reset={() => void run.refetch()} />;
  if (!run.data) return <Waiting />;
  return (
    <Suspense fallback={<Waiting />}>
      <OneRun run={run.data} stale={run.isError} beside />
    </Suspense>
  );
}
