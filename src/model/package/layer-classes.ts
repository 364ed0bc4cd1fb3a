/**
 * Everything that a layers model may be made of: what TensorFlow.js 4 itself registers, under the names that its files
 * use. A class that somebody registers beside them, and Keras' `Lambda` with its code in the file, is not among them.
 */
export const LAYER_CLASSES: ReadonlySet<string> = new Set([
  ...['Model', 'Functional', 'Sequential', 'InputLayer'],
  ...['Dense', 'Flatten', 'Activation', 'RepeatVector', 'Reshape', 'Permute', 'Masking', 'Embedding'],
  ...['Dropout', 'SpatialDropout1D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'],
  ...['ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU', 'Softmax'],
  ...['Add', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate', 'Dot'],
  ...['BatchNormalization', 'LayerNormalization'],
  ...['Conv1D', 'Conv2D', 'Conv3D', 'Conv2DTranspose', 'Conv3DTranspose', 'SeparableConv2D', 'DepthwiseConv2D'],
  ...['Cropping2D', 'UpSampling2D', 'ZeroPadding2D'],
  ...['MaxPooling1D', 'MaxPooling2D', 'MaxPooling3D', 'AveragePooling1D', 'AveragePooling2D', 'AveragePooling3D'],
  ...['GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'GlobalMaxPooling1D', 'GlobalMaxPooling2D'],
  ...['RNN', 'SimpleRNN', 'SimpleRNNCell', 'GRU', 'GRUCell', 'LSTM', 'LSTMCell', 'StackedRNNCells'],
  ...['ConvLSTM2D', 'ConvLSTM2DCell', 'TimeDistributed', 'Bidirectional'],
  ...['Rescaling', 'CenterCrop', 'CategoryEncoding', 'Resizing', 'RandomWidth'],
  // initialisers, constraints and regularisers
  ...['Zeros', 'Ones', 'Constant', 'RandomUniform', 'RandomNormal', 'TruncatedNormal', 'Identity', 'VarianceScaling'],
  ...['GlorotUniform', 'GlorotNormal', 'HeNormal', 'HeUniform', 'LeCunNormal', 'LeCunUniform', 'Orthogonal'],
  ...['MaxNorm', 'UnitNorm', 'NonNeg', 'MinMaxNorm', 'L1L2'],
]);
