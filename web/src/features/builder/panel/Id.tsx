import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBuilding } from '../context';
import { stepsOf } from '../model/document';
import { renameStep } from '../model/rename';

const FORM = /^[a-z][a-z0-9_]{0,62}$/;

/** The id of a step. Another one is taken over wherever the step is named, when the field is left or Enter pressed. */
export function Id({ step, ref }: { step: string; ref?: React.Ref<HTMLInputElement> }) {
  const { t } = useTranslation();
  const { document, editable, change, select } = useBuilding();
  const [text, setText] = useState(step);
  useEffect(() => setText(step), [step]);
  const taken = text !== step && stepsOf(document).some((each) => each.id === text);
  const wrong = taken ? t('builder.id_taken') : FORM.test(text) ? undefined : t('builder.id_wrong');
  const give = () => {
    if (text === step) return;
    if (wrong) {
      setText(step);
      return;
    }
    change((now) => renameStep(now, step, text));
    select(text);
  };
  return (
    <TextInput
      {...(ref ? { ref } : {})}
      label={t('builder.key.id')}
      description={t('builder.id_help')}
      value={text}
      disabled={!editable}
      error={wrong}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={give}
      onKeyDown={(event) => event.key === 'Enter' && give()}
    />
  );
}
