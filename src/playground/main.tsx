import { render } from 'preact';
import { App } from './app.js';
import './style/base.css';
import './style/parts.css';

render(<App />, document.getElementById('app')!);
