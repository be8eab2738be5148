import { useMutation, useQueryClient } from '@tanstack/react-query';
import { deliver } from '@/offline/deliver';
import type { Task } from './columns';

/** A card put forward: its step is completed, as the round that was seen. Rejects with what the API said. */
export function useMove() {
  const client = useQueryClient();
  const move = useMutation({
    mutationFn: (task: Task) =>
      deliver(task.run, { type: 'complete', step: task.step, execution: task.execution, output: {} }),
    onSettled: () => client.invalidateQueries({ queryKey: ['tasks'] }),
  });
  return { complete: move.mutateAsync, isPending: move.isPending };
}
