package quality

// The clauses with requirements, a number and a short name of our own on each line.

const clauses2008 = `
4 Quality management system
4.1 Processes of the system
4.2 Documentation
4.2.1 What is documented
4.2.2 Manual
4.2.3 Documents
4.2.4 Records
5 Management
5.1 Commitment
5.2 Customers in view
5.3 Policy
5.4 Planning
5.4.1 Objectives
5.4.2 Planning of the system
5.5 Responsibilities and communication
5.5.1 Responsibilities
5.5.2 Management's representative
5.5.3 Internal communication
5.6 Review by management
5.6.1 Reviewing
5.6.2 Input of the review
5.6.3 Output of the review
6 Resources
6.1 Providing them
6.2 People
6.2.1 People in general
6.2.2 Skills and training
6.3 Buildings and equipment
6.4 Working conditions
7 Making the product
7.1 Planning of production
7.2 Customers' requirements
7.2.1 Finding them out
7.2.2 Reviewing them
7.2.3 Talking with customers
7.3 Design
7.3.1 Design planning
7.3.2 Design input
7.3.3 Design output
7.3.4 Design review
7.3.5 Design verification
7.3.6 Design validation
7.3.7 Design changes
7.4 Buying
7.4.1 Suppliers
7.4.2 What is ordered
7.4.3 Incoming inspection
7.5 Production and service
7.5.1 Controlled conditions
7.5.2 Validated processes
7.5.3 Marking and tracing
7.5.4 Property of customers
7.5.5 Keeping the product intact
7.6 Measuring equipment
8 Measuring and improving
8.1 Planning of it
8.2 Monitoring
8.2.1 Content customers
8.2.2 Audits
8.2.3 Monitoring processes
8.2.4 Monitoring the product
8.3 Product that does not conform
8.4 Analysis
8.5 Improving
8.5.1 Steady improvement
8.5.2 Corrective actions
8.5.3 Preventive actions
`

const clauses2015 = `
4 Surroundings of the organization
4.1 Internal and external issues
4.2 Who expects what
4.3 Limits of the system
4.4 System and processes
4.4.1 Running the processes
4.4.2 Records of processes
5 Leading
5.1 Management's commitment
5.1.1 To the system
5.1.2 To customers
5.2 Quality policy
5.2.1 Setting the policy
5.2.2 Making it known
5.3 Who is responsible
6 Planning ahead
6.2 Quality objectives
6.2.1 Setting objectives
6.2.2 How to reach them
6.3 Changing the system
7 Supporting the system
7.1 Means
7.1.1 Means in general
7.1.2 Staff
7.1.3 Buildings and equipment
7.1.4 Working conditions
7.1.5 Measuring equipment
7.1.5.1 Fit for measuring
7.1.5.2 Traceable measuring
7.1.6 What the organization knows
7.2 Skills
7.3 What people are aware of
7.4 Who tells whom what
7.5 Documents and records
7.5.1 Which there are
7.5.2 Writing and changing them
7.5.3 Controlling them
7.5.3.1 At hand and safe
7.5.3.2 Kept, found, disposed of
8 Doing the work
8.1 Planning the work
8.2 Customers' requirements
8.2.1 Talking with customers
8.2.2 Finding the requirements out
8.2.3 Reviewing the requirements
8.2.3.1 Before committing to them
8.2.3.2 Records of the review
8.2.4 When requirements change
8.3 Designing
8.3.1 A design process
8.3.2 Planning a design
8.3.3 What goes in
8.3.4 Checking on the way
8.3.5 What comes out
8.3.6 Changing a design
8.4 Suppliers
8.4.1 Choosing and watching them
8.4.2 How closely they are checked
8.4.3 What they are told
8.5 Production and service
8.5.1 Controlled conditions
8.5.2 Marking and tracing
8.5.3 Property of others
8.5.4 Keeping the output intact
8.5.5 After delivery
8.5.6 Changes in production
8.6 Release
8.7 Output that does not conform
8.7.1 Dealing with it
8.7.2 Records of it
9 Looking at results
9.1 Measuring and analysing
9.1.1 What is measured, and how
9.1.2 What customers think
9.1.3 What the data show
9.2 Internal audits
9.2.1 When and why to audit
9.2.2 Audit programme
9.3 Management's review
9.3.1 Reviewing
9.3.2 What goes into the review
9.3.3 What comes out of the review
10 Improving
10.1 Chances to improve
10.2 Nonconformities and their causes
10.2.1 What to do about one
10.2.2 Records of it
10.3 Steady improvement
`

const clauses2015Risks = `
6.1 Risks and chances
6.1.1 Finding them
6.1.2 Acting on them
`

// The draft of 2026 splits 6.1.2; its other changes are within clauses.
const clauses2026Risks = `
6.1 Risks and chances
6.1.1 Finding them
6.1.2 Acting on risks
6.1.3 Acting on chances
`
