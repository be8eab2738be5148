import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ApiForm } from '../form/model';
import type { Step } from '../model';
import { drafted, type Values } from './model';

/** The form with a mark at every field that still holds what a machine drafted; what a person edits loses it. */
export function withDrafted(form: ApiForm, step: Step, values: Values): ApiForm {
  const names = drafted(step, values).filter((name) => form.ui[name]);
  if (names.length === 0) return form;
  const by = step.proposal?.by ?? 'ai';
  const marked = names.map((name) => {
    const hints = form.ui[name] as { help?: string };
    return [name, { ...hints, help: <Mark by={by} help={hints.help} /> }];
  });
  return { ...form, ui: { ...form.ui, ...(Object.fromEntries(marked) as ApiForm['ui']) } };
}

function Mark({ by, help }: { by: 'ai' | 'matcher' | 'pinned'; help: string | undefined }) {
  const { t } = useTranslation();
  return (
    <Text span size="xs" data-mark="drafted">
      {help && `${help} `}
      <Text span size="xs" fw={700} c="var(--hf-words)">
        {t(`proposal.drafted.${by}`)}
      </Text>
    </Text>
  );
}
