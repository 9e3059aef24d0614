using Rating.TestKit;

// The parts of the kit that must be processes of their own, by name.
return args is ["mock-kafka", .. var rest] ? MockKafkaProgram.Run(rest) : throw new ArgumentException("Rating.TestKit mock-kafka BROKERS");
