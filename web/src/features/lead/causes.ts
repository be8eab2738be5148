// What is stuck, grouped by why: one group for each step of each workflow and each reason.
import type { Schemas } from '@/api/client';

export type Task = Schemas['Task'];
export type Cause = { key: string; definition: string; title: string; reason: string; tasks: Task[] };

/** The largest group first; groups of one size in the order in which they were met. */
export function causes(tasks: readonly Task[]): Cause[] {
  const found = new Map<string, Cause>();
  for (const task of tasks) {
    const reason = task.attention ?? 'error';
    const key = JSON.stringify([task.definition, task.step, reason]);
    const group = found.get(key) ?? {
      key,
      definition: task.definition,
      title: task.title,
      reason,
      tasks: [],
    };
    group.tasks.push(task);
    found.set(key, group);
  }
  return [...found.values()].toSorted((a, b) => b.tasks.length - a.tasks.length);
}
