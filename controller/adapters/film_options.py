"""How every film is opened here: by its own bytes alone."""

import av

from shared.film_files import film_options

OPTIONS = dict(film_options(av.formats_available))
