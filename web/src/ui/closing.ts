// With what runs are closed: the reasons of their definitions by the names of the library, one or several.
import { useQueries, useQuery } from '@tanstack/react-query';
import { api, sent } from '@/api/client';

export type Rule = { reasons: string[]; choose: 'one' | 'many'; required_on: string[] };
export type Version = { definition: string; version: number };
export type Closing = { reasons: string[]; many: boolean; required: boolean };

/** What holds for all of several runs: reasons that each of them takes, one only where any takes one only. */
export function common(rules: (Rule | null)[], type: string): Closing {
  const given = rules.filter((rule) => rule !== null);
  const [first, ...rest] = given;
  const reasons = (first?.reasons ?? []).filter((each) => rest.every((rule) => rule.reasons.includes(each)));
  const moment = type === 'abort' ? 'abort' : 'complete';
  return {
    reasons,
    many: given.every((rule) => rule.choose === 'many'),
    required: given.some((rule) => rule.required_on.includes(moment)),
  };
}

/** The reasons that ending these runs takes; undefined until they are known. */
export function useClosing(versions: Version[], type: string): Closing | undefined {
  const asked = useQueries({
    queries: versions.map(({ definition, version }) => ({
      queryKey: ['version', definition, version],
      staleTime: Infinity,
      queryFn: async () => {
        const path = { key: definition, version };
        const found = await sent(api.GET('/v1/definitions/{key}/versions/{version}', { params: { path } }));
        return ruleOf(found.document as Record<string, unknown>);
      },
    })),
  });
  if (asked.some((each) => each.isPending)) return undefined;
  return common(
    asked.map((each) => each.data ?? null),
    type,
  );
}

export function ruleOf(document: Record<string, unknown>): Rule | null {
  const rule = document.closing_reasons as Partial<Rule> | null | undefined;
  if (!rule) return null;
  return { reasons: rule.reasons ?? [], choose: rule.choose ?? 'one', required_on: rule.required_on ?? [] };
}

/** Titles of reasons by key; a key nobody knows is its own title. */
export function useReasonTitles(): (key: string) => string {
  const library = useQuery({
    queryKey: ['closing-reasons'],
    staleTime: 300_000,
    queryFn: () => sent(api.GET('/v1/closing-reasons')),
  });
  return (key) => library.data?.items.find((each) => each.key === key)?.title ?? key;
}
