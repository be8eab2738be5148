import { Alert, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBuilding } from './context';
import { useActions } from './hooks';
import { isObj, type Json, type Obj, stepOf, titleOf } from './model/document';
import { optionsOf } from './model/edges';
import { asAnswer, fieldsFor, type Need, withoutEmpty } from './model/script';
import { textFrom, valueFrom } from './model/text';

type Props = { need: Need; onAnswer: (step: string, answer: Obj) => void };

/** What a simulation waits for, and a way to script it. */
export function Answer({ need, onAnswer }: Props) {
  const { t } = useTranslation();
  const { document } = useBuilding();
  if (!need.step) return <Text size="sm">{t('builder.need.close')}</Text>;
  const id = need.step;
  const step = stepOf(document, id);
  const give = (answer: Obj) => onAnswer(id, answer);
  const refusal = isObj(need.refusal) ? String(need.refusal.message ?? need.refusal.code ?? '') : '';
  const options = step ? optionsOf(step) : [];
  const press = (label: string, answer: Obj) => (
    <Button key={label} size="compact-md" variant="default" onClick={() => give(answer)}>
      {label}
    </Button>
  );
  return (
    <Fieldset legend={t(`builder.need.${need.what}`, { step: step ? titleOf(step) : id })} p="sm">
      <Stack gap="xs">
        {refusal && <Alert color="red" title={refusal} p="xs" />}
        <Group gap="xs">
          {need.what === 'approval' && [
            press(t('command.approve'), { approve: true }),
            press(t('command.reject'), { approve: false }),
          ]}
          {need.what === 'confirmation' && [
            press(t('builder.confirm'), { confirm: true }),
            press(t('command.decline'), { decline: true }),
          ]}
          {need.what === 'answer' && options.map((option) => press(option.label, { choice: option.id }))}
          {need.what === 'answer' && step?.skippable === true && press(t('command.skip'), { skip: true })}
          {need.what === 'result' && press(t('builder.fails'), { fail: t('builder.failed_as_scripted') })}
        </Group>
        {(need.what === 'result' ||
          need.what === 'proposal' ||
          (need.what === 'answer' && options.length === 0)) && <Values need={need} step={id} onGive={give} />}
      </Stack>
    </Fieldset>
  );
}

function Values({ need, step, onGive }: { need: Need; step: string; onGive: (answer: Obj) => void }) {
  const { t } = useTranslation();
  const { document } = useBuilding();
  const actions = useActions();
  const outputs = Object.fromEntries((actions.data ?? []).map((each) => [each.name, each.output as Obj]));
  const fields = fieldsFor(document, step, outputs);
  const [values, setValues] = useState<Record<string, Json>>({});
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onGive(asAnswer(need, withoutEmpty(values)));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        {fields.map((field) => (
          <TextInput
            key={field}
            label={field}
            value={textFrom(values[field])}
            onChange={(event) => setValues({ ...values, [field]: valueFrom(event.currentTarget.value) })}
          />
        ))}
        <Group>
          <Button type="submit" size="compact-md">
            {t(fields.length > 0 ? 'builder.answer' : 'builder.answer_empty')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
