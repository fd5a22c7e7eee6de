// Makes the page that answers a form one that is asked for: going back to it then shows what its address shows, without
// the browser asking whether to send the form again. Without this script the browser asks.
history.replaceState(null, "", location.href);
