// Package files keeps the content of uploaded files, in a folder or in the
// database, and knows which files clients may upload: not those that a browser
// would run as a part of the site.
package files
