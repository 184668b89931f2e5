// Package parse is a typed client of any Parse Server or Back4app application. The
// only classes it knows are the server's own.
//
// # Classes and fields
//
// A class is a struct that embeds [Object], with a collection and a field for each
// column that queries and updates name:
//
//	type Task struct {
//		parse.Object
//		Title string    `json:"title"`
//		Done  bool      `json:"done"`
//		Due   time.Time `json:"due,omitzero"`
//	}
//
//	var (
//		title = parse.NewTextField[Task, string]("title")
//		done  = parse.NewBoolField[Task]("done")
//	)
//
// A condition, a change or an include of another class's field does not compile,
// and neither does a value of the wrong type. A struct that says its class with
// ParseClass (see [Classed]) can be the target of a [Pointer].
//
// A struct keeps the columns that it has no field for in a field of type [Rest]. A
// program that knows no column at all reads and writes a [Row]:
//
//	for row, err := range parse.Rows(client, "Task").Query().All(ctx) {
//		fmt.Println(row.ObjectID, row.Get("title"))
//
// # Connecting
//
//	client, err := parse.NewClient("https://parse.example/parse",
//		parse.WithApplicationID(appID), parse.WithRESTKey(restKey))
//	user, session, err := parse.LogIn[User](ctx, client, name, password)
//	mine := client.As(session)
//
// [NewClient] sends nothing. Users are of any type that embeds Object; [SignUp],
// [LogIn], [CurrentUser] and [LoginAs] take it as a type argument, and
// [WithUserClass] names a plain class in the place of _User. An [Admin] has the
// master key. [WithSessionSource] lets a client log in by itself.
//
// # Querying
//
//	tasks := parse.NewCollection[Task](mine, "Task")
//	for task, err := range tasks.Query().Where(done.Eq(false)).OrderBy(title.Asc()).All(ctx) {
//
// Queries are values: each step returns a new one. [Query.Find] reads at most 100
// rows or those up to Limit, and [Query.All] every row, page by page. [Distinct] and [Aggregate] need an Admin.
//
// # Creating and updating
//
//	err = tasks.Create(ctx, &Task{Title: "Order gaskets"})
//	err = tasks.Update(ctx, id, done.Set(true))
//
// Updates are lists of changes. [Collection.Apply] brings the object at hand up to
// date as well. [Client.Batch] sends many writes in few requests,
// [Client.Transaction] all or none, [Client.Upload] a file.
//
// # Errors and unknown outcomes
//
// A call that sent nothing fails with an [*InputError], any other with an [*Error]:
// match its code with errors.Is(err, parse.ErrObjectNotFound). Reads are sent again
// after failures that may pass, writes only if that cannot write twice. If it is
// not known whether a write was carried out, its error is [ErrOutcomeUnknown]: read
// the object before writing again.
//
// One odd value never costs the rest of an answer. Text that is no Unicode, such as
// half of an emoji, is read as U+FFFD. A value that its field cannot hold is an
// error for its row alone, [DecodeErrors], with class, id and column: [Query.Find]
// gives the other rows beside it; [Query.All], [Subscription.Events], [Query.First],
// [Collection.Get] and writes give what could be read of the object, and go on.
//
//	rows, err := tasks.Query().Find(ctx)
//	var odd parse.DecodeErrors
//	if err != nil && !errors.As(err, &odd) {
//		return err
//	}
//
// # Live queries
//
// [Query.Subscribe] delivers changes as they happen. The connection reconnects by
// itself; what changed in a gap is read and delivered before newer events.
//
//	sub, err := tasks.Query().Where(done.Eq(false)).Subscribe(ctx)
//	for event, err := range sub.Events() {
//
// # Testing
//
// Everything goes through one http.Client: [WithTransport] takes a fake. For the
// behaviour of a server, package auditserver is one that runs in the test itself.
package parse
