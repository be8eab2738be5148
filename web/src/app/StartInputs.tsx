// Where two features meet: what a start asks for is filled in with the same fields as a step. Features do not import
// each other; this does.
import { lazy, type Ref, Suspense } from 'react';
import { Waiting } from '@/ui/Waiting';

const StepForm = lazy(async () => ({ default: (await import('@/features/run/form/StepForm')).StepForm }));

export type Inputs = {
  schema: Record<string, unknown>;
  ui: Record<string, unknown>;
  values: Record<string, unknown>;
};

type Props = {
  form: Inputs;
  values: Record<string, unknown>;
  problem: unknown;
  onChange: (values: Record<string, unknown>) => void;
  onSubmit: (values: Record<string, unknown>) => void;
  submit: Ref<HTMLButtonElement>;
};

export function StartInputs(props: Props) {
  return (
    <Suspense fallback={<Waiting size="sm" />}>
      <StepForm {...props} readonly={false} />
    </Suspense>
  );
}
