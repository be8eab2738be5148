import {
  Alert,
  Badge,
  Button,
  Code as Mono,
  Group,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { Said } from '@/ui/Said';
import { type Sample, useBuilding } from './context';
import { Answer } from './Answer';
import { isObj, type Obj, objects, stepOf, titleOf } from './model/document';
import { answered, bodyOf, forgotten, type Need, type Script } from './model/script';
import { textFrom, told, valueFrom } from './model/text';

type Simulated = Schemas['Simulated'];
type Props = {
  definition: string;
  /** Whether there is a draft to play, and whether all of it has been saved. */
  draft: boolean;
  ready: boolean;
  script: Script;
  onScript: (script: Script) => void;
  played: Simulated | null;
  onPlayed: (played: Simulated, sample: Sample) => void;
};

/** The workflow without a world: a record, scripted answers, and how far it comes by them. Nothing happens outside. */
export default function TryOut({ definition, draft, ready, script, onScript, played, onPlayed }: Props) {
  const { t } = useTranslation();
  const { document } = useBuilding();
  const works = typeof document.record === 'string';
  const inputs = objects(document.inputs).flatMap(({ value }) =>
    typeof value.id === 'string' ? [value.id] : [],
  );
  const play = useMutation({
    mutationFn: (given: Script) =>
      sent(
        api.POST('/v1/definitions/{key}/simulate', {
          params: { path: { key: definition } },
          body: bodyOf(given, works, draft) as never,
        }),
      ),
    onSuccess: (found, given) =>
      onPlayed(found, { scope: found.scope as Obj, what: given.record || t('builder.own_values') }),
  });
  const again = (next: Script) => {
    onScript(next);
    play.mutate(next);
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('builder.try_note')}
      </Text>
      {works && <WorksOn script={script} onScript={onScript} collection={String(document.record)} />}
      {inputs.map((id) => (
        <TextInput
          key={id}
          label={t('builder.input', { id })}
          value={textFrom(script.inputs[id])}
          onChange={(event) =>
            onScript({ ...script, inputs: { ...script.inputs, [id]: valueFrom(event.currentTarget.value) } })
          }
        />
      ))}
      <Group>
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={play.isPending}
          disabled={!ready}
          onClick={() => play.mutate(script)}
        >
          {t('builder.play')}
        </Button>
        {!ready && (
          <Text size="sm" c="dimmed">
            {t('builder.not_ready')}
          </Text>
        )}
      </Group>
      {play.isError && <Said error={play.error} />}
      <Answers script={script} onForget={(step) => again(forgotten(script, step))} />
      {played && <Came played={played} onAnswer={(step, answer) => again(answered(script, step, answer))} />}
    </Stack>
  );
}

type WorksProps = { script: Script; onScript: (script: Script) => void; collection: string };

/** A record that is there, or values that stand for one. */
function WorksOn({ script, onScript, collection }: WorksProps) {
  const { t } = useTranslation();
  const [own, setOwn] = useState(script.record === '');
  const [text, setText] = useState(() => JSON.stringify(script.values, null, 1));
  const [wrong, setWrong] = useState(false);
  const type = (next: string) => {
    setText(next);
    try {
      const found: unknown = JSON.parse(next);
      setWrong(!isObj(found));
      if (isObj(found)) onScript({ ...script, record: '', values: found });
    } catch {
      setWrong(true);
    }
  };
  return (
    <Stack gap={6}>
      <SegmentedControl
        aria-label={t('builder.works_on')}
        size="xs"
        value={own ? 'own' : 'record'}
        onChange={(next) => {
          setOwn(next === 'own');
          if (next === 'own') onScript({ ...script, record: '' });
        }}
        data={[
          { value: 'record', label: t('builder.a_record') },
          { value: 'own', label: t('builder.own_values') },
        ]}
      />
      {own ? (
        <Textarea
          label={t('builder.values_of', { collection })}
          autosize
          minRows={3}
          maxRows={12}
          value={text}
          error={wrong ? t('builder.not_json') : undefined}
          onChange={(event) => type(event.currentTarget.value)}
          styles={{ input: { fontFamily: 'ui-monospace, monospace', fontSize: 13 } }}
        />
      ) : (
        <TextInput
          label={t('builder.record_id', { collection })}
          value={script.record}
          onChange={(event) => onScript({ ...script, record: event.currentTarget.value })}
        />
      )}
    </Stack>
  );
}

function Answers({ script, onForget }: { script: Script; onForget: (step: string) => void }) {
  const { t } = useTranslation();
  const { document } = useBuilding();
  const given = Object.entries(script.answers);
  if (given.length === 0) return null;
  return (
    <div>
      <Title order={2} size="h5">
        {t('builder.script')}
      </Title>
      {given.map(([id, answer]) => {
        const step = stepOf(document, id);
        const name = step ? titleOf(step) : id;
        return (
          <Group key={id} gap="xs" wrap="nowrap" justify="space-between">
            <Text size="sm" fw={600}>
              {name}
            </Text>
            <Mono style={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>{told(answer, 140)}</Mono>
            <Button
              size="compact-xs"
              variant="subtle"
              flex="none"
              aria-label={t('builder.forget', { name })}
              onClick={() => onForget(id)}
            >
              {t('builder.forget_it')}
            </Button>
          </Group>
        );
      })}
    </div>
  );
}

const TONES = { ended: 'teal', needs_answers: 'blue', refused: 'red', too_long: 'orange' };

function Came({ played, onAnswer }: { played: Simulated; onAnswer: (step: string, answer: Obj) => void }) {
  const { t } = useTranslation();
  const { document, select } = useBuilding();
  const title = (id: string) => {
    const step = stepOf(document, id);
    return step ? titleOf(step) : id;
  };
  return (
    <Stack gap="sm">
      <Alert
        color={TONES[played.stopped]}
        role="status"
        title={t(`builder.stopped.${played.stopped}`)}
        p="xs"
      />
      <ol className="builder-list">
        {played.path.map((each) => (
          <li key={each.execution}>
            <Group gap="xs">
              <Button size="compact-sm" variant="subtle" onClick={() => select(each.step)}>
                {title(each.step)}
              </Button>
              <Badge variant="light" tt="none" color={each.status === 'done' ? 'teal' : 'gray'}>
                {t(`status.${each.status}`, { defaultValue: each.status })}
              </Badge>
              {each.choice && <Text size="sm">{each.choice}</Text>}
              <Output value={played.run.steps.find((step) => step.id === each.step)?.output} />
            </Group>
          </li>
        ))}
      </ol>
      {played.needs.map((need) => (
        <Answer key={`${need.step ?? ''} ${need.what}`} need={need as Need} onAnswer={onAnswer} />
      ))}
    </Stack>
  );
}

function Output({ value }: { value: unknown }) {
  if (!isObj(value) || Object.keys(value).length === 0) return null;
  return (
    <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      {told(value, 160)}
    </Text>
  );
}
