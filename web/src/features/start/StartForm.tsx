import { Accordion, Alert, Box, Button, Checkbox, Group, Stack } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Markdown from 'react-markdown';
import { api, sent } from '@/api/client';
import { StartInputs } from '@/app/StartInputs';
import { type Assignees, NOBODY } from '@/ui/assignees';
import { Failed } from '@/ui/Failed';
import { openRun } from '@/ui/openRun';
import { People } from '@/ui/People';
import { Said } from '@/ui/Said';
import { Waiting } from '@/ui/Waiting';
import { asOutput, body, type Form, type Source } from './model';

type Props = { definition: string; record: string | undefined; source: Source };

/** What the start asks for, as it is for this person and record now. */
export function StartForm({ definition, record, source }: Props) {
  const form = useQuery({
    queryKey: ['start', definition, record],
    gcTime: 0,
    staleTime: Infinity,
    queryFn: () =>
      sent(
        api.GET('/v1/definitions/{key}/start', {
          params: { path: { key: definition }, query: record ? { record } : {} },
        }),
      ),
  });
  if (form.isError) return <Failed error={form.error} reset={() => void form.refetch()} />;
  if (!form.data) return <Waiting />;
  return <Asked form={form.data} record={record} source={source} />;
}

type AskedProps = { form: Form; record: string | undefined; source: Source };

function Asked({ form, record, source }: AskedProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const client = useQueryClient();
  const [press, setPress] = useState<HTMLButtonElement | null>(null);
  // One start, however often it is sent: the same key gives the same run.
  const [key] = useState(() => crypto.randomUUID());
  const [values, setValues] = useState<Record<string, unknown>>(form.form.values);
  const [purposes, setPurposes] = useState<string[]>([]);
  const [run, setRun] = useState<Assignees>(NOBODY);
  const [steps, setSteps] = useState<Record<string, Assignees>>({});
  const start = useMutation({
    mutationFn: (inputs: Record<string, unknown>) =>
      sent(
        api.POST('/v1/runs', {
          params: { header: { 'Idempotency-Key': key } },
          body: body(form, { record, inputs, purposes, run, steps }, source),
        }),
      ),
    onSuccess: (started) => {
      void client.invalidateQueries({ queryKey: ['workflows'] });
      void client.invalidateQueries({ queryKey: ['runs'] });
      void go({ to: '/runs/$run', params: { run: started.id } });
    },
  });
  const asks = Object.keys(form.form.schema.properties ?? {}).length > 0;
  const problem = useMemo(() => asOutput(start.error), [start.error]);
  const open = form.open?.id ?? openRun(start.error);
  return (
    <Stack>
      {form.description && (
        <Box className="markdown">
          <Markdown>{form.description}</Markdown>
        </Box>
      )}
      {!form.offered && <Alert color="yellow" title={t('start.not_offered')} />}
      {open && <Duplicate form={form} run={open} />}
      {!open && form.offered && (
        <>
          {asks && (
            <StartInputs
              form={form.form}
              values={values}
              problem={problem}
              onChange={setValues}
              onSubmit={(inputs) => start.mutate(inputs)}
              submit={setPress}
            />
          )}
          {form.purposes.length > 0 && (
            <Checkbox.Group
              label={t('start.purposes')}
              description={t('start.purposes_help')}
              value={purposes}
              onChange={setPurposes}
            >
              <Group mt={6}>
                {form.purposes.map((purpose) => (
                  <Checkbox key={purpose} value={purpose} label={purpose} />
                ))}
              </Group>
            </Checkbox.Group>
          )}
          <People label={t('start.for_whom')} value={run} onChange={setRun} />
          <Steps form={form} value={steps} onChange={setSteps} />
          {start.isError && <Said error={start.error} />}
          <Group>
            <Button
              size="md"
              leftSection={<IconPlayerPlay size={18} aria-hidden />}
              loading={start.isPending}
              disabled={asks && !press}
              onClick={() => (asks ? press?.click() : start.mutate({}))}
            >
              {t('start.go')}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}

/** A second run is not begun on a record that has one: the way leads to that one. */
function Duplicate({ form, run }: { form: Form; run: string }) {
  const { t } = useTranslation();
  return (
    <Alert color="yellow" role="alert" title={t('start.duplicate')}>
      <Stack gap="xs" align="flex-start">
        {form.open &&
          t('start.duplicate_said', {
            name: form.open.name,
            status: t(`status.${form.open.status}`),
            holder: form.open.holder ?? form.open.started_by,
          })}
        <Button
          variant="default"
          renderRoot={(props) => <Link to="/runs/$run" params={{ run }} {...props} />}
        >
          {t('start.open_it')}
        </Button>
      </Stack>
    </Alert>
  );
}

type StepsProps = {
  form: Form;
  value: Record<string, Assignees>;
  onChange: (value: Record<string, Assignees>) => void;
};

function Steps({ form, value, onChange }: StepsProps) {
  const { t } = useTranslation();
  if (form.steps.length === 0) return null;
  return (
    <Accordion variant="contained" keepMounted={false}>
      <Accordion.Item value="steps">
        <Accordion.Control>{t('start.steps')}</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="xs">
            {form.steps.map((step) => (
              <People
                key={step.id}
                label={step.title}
                value={value[step.id] ?? NOBODY}
                onChange={(next) => onChange({ ...value, [step.id]: next })}
              />
            ))}
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
