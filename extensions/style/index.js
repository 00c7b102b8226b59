// The styles of the page's part, one file a part.
import './query.css';
import './result.css';
import './grid.css';
import './side.css';
import './form.css';
import './files.css';
import './notebooks.css';
import './jobs.css';
