package watch

// maxWatches is how many folders are asked for. kqueue takes a descriptor for each
// file in them, and those are needed elsewhere.
const maxWatches = 64
