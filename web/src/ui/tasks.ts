// Open steps of many runs at once, for pages that show all of them and not a list.
import { api, type Schemas, sent } from '@/api/client';

type Task = Schemas['Task'];

/** The open steps that fit, those due first, page by page until there are `most` or more; and whether there are others. */
export async function tasksUpTo(
  most: number,
  asked: Record<string, unknown>,
): Promise<{ tasks: Task[]; more: boolean }> {
  const tasks: Task[] = [];
  let cursor: string | undefined;
  do {
    const query = { ...asked, sort: 'due', limit: 200, ...(cursor ? { cursor } : {}) };
    const page = await sent(api.GET('/v1/tasks', { params: { query: query as never } }));
    tasks.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor && tasks.length < most);
  return { tasks, more: cursor !== undefined };
}
