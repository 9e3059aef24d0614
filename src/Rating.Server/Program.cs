Console.WriteLine("rating");
