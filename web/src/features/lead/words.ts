import { bring } from '@/app/words/bring';
import de from '@/app/words/lead.de';
import en from '@/app/words/lead.en';

bring('lead', { en, de });
