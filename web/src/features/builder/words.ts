// The builder's own words come with the builder: whoever never opens it does not load them.
import i18next from 'i18next';
import de from '@/app/words/builder.de';
import en from '@/app/words/builder.en';

i18next.addResourceBundle('en', 'translation', { builder: en }, true, true);
i18next.addResourceBundle('de', 'translation', { builder: de }, true, true);
