import { Adam, Dense, FlatParameters, MeanSquaredError, Random, ReLU, Sequential, Tensor } from 'isthmus';

const random = new Random(42);
const network = new Sequential([new Dense(2, 16, { random }), new ReLU(), new Dense(16, 1, { random })]);
const parameters = new FlatParameters(network.parameters());
const optimizer = new Adam({ learningRate: 0.01 });
const loss = new MeanSquaredError();

const x = Tensor.from([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
const y = Tensor.from([0, 1, 1, 0], [4, 1]); // exclusive or
for (let step = 0; step < 500; step++) {
  parameters.zeroGradients();
  loss.forward(network.forward(x), y);
  network.backwardParameters(loss.backward());
  optimizer.step(parameters);
}
console.log([...network.forward(x).data].map((value) => value > 0.5));
