// A page that an app fills.
import {$, page} from './dom.js';
import {mount} from './bridge.js';

const place = $('#ac-frame');
place.dataset.title = $('#main').getAttribute('aria-label');
mount(place, page.frame);
