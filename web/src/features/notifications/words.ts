// The words of this screen come with it: a first visit does not load them.
import i18next from 'i18next';
import de from '@/app/words/told.de';
import en from '@/app/words/told.en';

i18next.addResourceBundle('en', 'translation', { told: en }, true, true);
i18next.addResourceBundle('de', 'translation', { told: de }, true, true);
