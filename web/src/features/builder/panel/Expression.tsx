import { Code as Mono, Group, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { lazy, Suspense, useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { type Place, useBuilding } from '../context';
import { pointerOf } from '../model/document';
import { isExpression } from '../model/rename';
import { told } from '../model/text';
import { useFindingsAt } from './useFindings';

const Code = lazy(() => import('./Code'));
const PAUSE = 350;
const NO_MARKS: never[] = [];

type Evaluated = Schemas['Evaluated'];
type Props = { label: string; help?: string; place: Place; value: string; onChange: (value: string) => void };

/** A text that may be computed: with the names in scope, what is wrong with it, and what it comes to now. */
export function Expression({ label, help, place, value, onChange }: Props) {
  const { editable } = useBuilding();
  const id = useId();
  const found = useEvaluated(place, value);
  const wrong = found.data?.code ? found.data : undefined;
  const findings = useFindingsAt(place);
  const marks = useMemo(() => {
    const at = wrong?.position ?? 0;
    return wrong
      ? [{ from: at, to: wrong.position === null ? value.length : at + 1, message: wrong.reason ?? '' }]
      : NO_MARKS;
  }, [wrong, value.length]);
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500} component="span">
        {label}
      </Text>
      {help && (
        <Text size="xs" c="dimmed">
          {help}
        </Text>
      )}
      <Suspense fallback={<Mono block>{value}</Mono>}>
        <Code
          label={label}
          value={value}
          onChange={onChange}
          marks={marks}
          {...(found.data ? { names: found.data.names } : {})}
          readOnly={!editable}
          describedBy={id}
        />
      </Suspense>
      <div id={id} aria-live="polite">
        {isExpression(value) && <Comes found={found.data} findings={findings} />}
      </div>
    </Stack>
  );
}

/** What the expression comes to with the values at hand. */
function Comes({ found, findings }: { found: Evaluated | undefined; findings: string[] }) {
  const { t } = useTranslation();
  const { sample } = useBuilding();
  if (!found && findings.length === 0) return null;
  if (found?.code || findings.length > 0)
    return (
      <Text size="xs" c="var(--hf-danger)">
        {found?.code ? found.reason : findings.join(' ')}
      </Text>
    );
  if (found?.absent || (found && found.reason !== null))
    return (
      <Text size="xs" c="dimmed">
        {found.absent && !sample
          ? t('builder.no_sample', { type: found.type })
          : t('builder.absent', { reason: found.reason })}
      </Text>
    );
  return (
    <Group gap={6}>
      <Text size="xs" c="dimmed">
        {t('builder.comes_to')}
      </Text>
      <Mono>{told(found?.value as never, 200) || '""'}</Mono>
      <Text size="xs" c="dimmed">
        {found?.type}
      </Text>
    </Group>
  );
}

function useEvaluated(place: Place, text: string) {
  const { document, sample } = useBuilding();
  const path = pointerOf(place);
  const asked = useMemo(
    () => ({ document, path, expression: text, scope: sample?.scope ?? {} }),
    [document, path, text, sample],
  );
  const [body] = useDebouncedValue(asked, PAUSE);
  return useQuery({
    queryKey: ['evaluate', path, body.expression, body.scope, body.document],
    enabled: isExpression(body.expression),
    placeholderData: keepPreviousData,
    gcTime: 30_000,
    staleTime: Infinity,
    retry: false,
    queryFn: () => sent(api.POST('/v1/definitions/evaluate', { body: body as never })),
  });
}
