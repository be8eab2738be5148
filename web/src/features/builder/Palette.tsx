import { Button, Group, ScrollArea, Stack, Tabs, Text, TextInput, UnstyledButton } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Waiting } from '@/ui/Waiting';
import { type Building, useBuilding } from './context';
import { useSnippets, useTemplates } from './hooks';
import { KindIcon } from './KindIcon';
import { type Obj, type Step, stepsOf, titleOf } from './model/document';
import { addSteps } from './model/edit';
import { fromSnippet, newStep } from './model/fresh';

/** Opens what a step can be made from. It goes behind the selected one, else to the end. */
export function AddStep() {
  const { t } = useTranslation();
  const building = useBuilding();
  return (
    <Button
      fullWidth
      size="sm"
      variant="light"
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => openPalette(t('builder.add_step'), building)}
    >
      {t('builder.add_step')}
    </Button>
  );
}

export function openPalette(title: string, building: Building): void {
  modals.open({ title, size: 'lg', children: <Palette building={building} /> });
}

function Palette({ building }: { building: Building }) {
  const { t } = useTranslation();
  const { change, select, document, selected, kinds } = building;
  const [text, setText] = useState('');
  const [tab, setTab] = useState<string | null>('kinds');
  const put = (make: (now: Obj) => Step[]) => {
    const behind = selected ?? stepsOf(document).at(-1)?.id;
    const steps = make(document);
    change((now) => addSteps(now, steps, behind));
    modals.closeAll();
    if (steps[0]) select(steps[0].id);
  };
  const fits = (...words: (string | null | undefined)[]) =>
    words.join(' ').toLowerCase().includes(text.toLowerCase());
  const shown = kinds.filter((each) => fits(each.kind, t(`builder.kind.${each.kind}`), each.title));
  return (
    <Stack>
      <TextInput
        type="search"
        label={t('builder.find_step')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
      />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="kinds">{t('builder.kinds')}</Tabs.Tab>
          <Tabs.Tab value="snippets">{t('builder.snippets')}</Tabs.Tab>
          <Tabs.Tab value="templates">{t('builder.templates')}</Tabs.Tab>
        </Tabs.List>
        <ScrollArea.Autosize mah="55vh" type="auto" pt="sm">
          <Tabs.Panel value="kinds">
            {shown.map((each) => {
              const name = t(`builder.kind.${each.kind}`, { defaultValue: each.kind });
              return (
                <Choice
                  key={each.kind}
                  kind={each.kind}
                  name={name}
                  said={
                    each.available
                      ? t(`builder.about.${each.kind}`, { defaultValue: each.title })
                      : t('builder.not_run')
                  }
                  onPick={() => put((now) => [newStep(now, each.kind, name)])}
                />
              );
            })}
          </Tabs.Panel>
          <Tabs.Panel value="snippets">
            <Snippets fits={fits} onPick={(steps) => put((now) => fromSnippet(now, steps))} />
          </Tabs.Panel>
          <Tabs.Panel value="templates">
            <OfTemplates fits={fits} onPick={(step) => put((now) => fromSnippet(now, [step]))} />
          </Tabs.Panel>
        </ScrollArea.Autosize>
      </Tabs>
    </Stack>
  );
}

type Fits = (...words: (string | null | undefined)[]) => boolean;

function Snippets({ fits, onPick }: { fits: Fits; onPick: (steps: unknown[]) => void }) {
  const { t } = useTranslation();
  const snippets = useSnippets();
  if (!snippets.data) return <Waiting size="sm" />;
  const shown = snippets.data.filter((each) => fits(each.name, each.description, each.id));
  const groups = [...new Set(shown.map((each) => each.group))];
  return groups.map((group) => (
    <div key={group}>
      <Text size="xs" fw={600} c="dimmed" mt="xs">
        {t(`builder.snippet_group.${group}`, { defaultValue: group })}
      </Text>
      {shown
        .filter((each) => each.group === group)
        .map((each) => (
          <Choice
            key={each.id}
            kind={String(each.steps.at(-1)?.kind)}
            name={each.name}
            said={each.description}
            onPick={() => onPick(each.steps)}
          />
        ))}
    </div>
  ));
}

/** Single steps out of the templates, with all their settings but whom they wait for. */
function OfTemplates({ fits, onPick }: { fits: Fits; onPick: (step: Obj) => void }) {
  const templates = useTemplates();
  if (!templates.data) return <Waiting size="sm" />;
  return templates.data.map((each) => {
    const document = each.document as Obj;
    const steps = stepsOf(document).filter((step) => fits(each.name, titleOf(step), step.kind));
    if (steps.length === 0) return null;
    return (
      <div key={each.id}>
        <Text size="xs" fw={600} c="dimmed" mt="xs">
          {each.name}
        </Text>
        {steps.map((step) => (
          <Choice
            key={step.id}
            kind={step.kind}
            name={titleOf(step)}
            said={typeof step.description === 'string' ? step.description : ''}
            onPick={() => onPick(alone(step))}
          />
        ))}
      </div>
    );
  });
}

function alone(step: Step): Obj {
  return Object.fromEntries(Object.entries(step).filter(([key]) => !['after', 'phase'].includes(key)));
}

type ChoiceProps = { kind: string; name: string; said: string; onPick: () => void };

function Choice({ kind, name, said, onPick }: ChoiceProps) {
  return (
    <UnstyledButton className="builder-step" onClick={onPick}>
      <Group gap={10} wrap="nowrap" align="flex-start">
        <KindIcon kind={kind} />
        <div>
          <Text size="sm" fw={600}>
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {said}
          </Text>
        </div>
      </Group>
    </UnstyledButton>
  );
}
