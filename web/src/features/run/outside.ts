// Forms of a step that somebody outside may fill in: a journey step's own one, or those that a task offers.
import type { Schemas } from '@/api/client';
import type { ApiForm } from './form/model';

type Detail = Schemas['StepDetail'];
export type Outside = {
  /** As commands name it; the form of the step itself has no name. */
  name: string | undefined;
  title: string;
  /** Where it is filled in, told to who may complete the step, while there is a link. */
  link: string | null;
  /** A task's form, which may be filled in here as well. */
  form: ApiForm | null;
  completes: boolean;
  sent: { to: string | null; at: string | null; revoked: boolean } | undefined;
  answers: { by: string | null; at: string }[];
};

/** Every form of the step, with what was sent of it and who answered it. */
export function outsideOf(detail: Detail): Outside[] {
  const own = { id: null, title: detail.title, link: detail.link, form: null, complete: true };
  const forms = detail.kind === 'journey' ? [own] : detail.journeys;
  return forms.map((each) => ({
    name: each.id ?? undefined,
    title: each.title,
    link: each.link,
    form: each.form as ApiForm | null,
    completes: each.complete,
    sent: detail.links.findLast((link) => link.journey === each.id && (link.at || link.revoked)),
    answers: detail.submitted.filter((answer) => answer.journey === (each.id ?? '')),
  }));
}
