"""The two models of PyG's examples/geniepath.py, which are no part of the package, under the names of its weights."""

import torch
from torch_geometric.nn import GATConv


class Breadth(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gatconv = GATConv(channels, channels)

    def forward(self, x, edges):
        return self.gatconv(x, edges).tanh()


class Depth(torch.nn.Module):
    """One step of an LSTM for every vertex."""

    def __init__(self, inputs, channels):
        super().__init__()
        self.lstm = torch.nn.LSTM(inputs, channels, bias=False)

    def forward(self, x, state):
        x, state = self.lstm(x[None], state)
        return x[0], state


class Layer(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.breadth_func = Breadth(channels)
        self.depth_func = Depth(channels, channels)

    def forward(self, x, edges, state):
        return self.depth_func(self.breadth_func(x, edges), state)


class GeniePath(torch.nn.Module):
    def __init__(self, in_channels, hidden_channels, num_layers, out_channels):
        super().__init__()
        self.lin1 = torch.nn.Linear(in_channels, hidden_channels)
        self.gplayers = torch.nn.ModuleList(Layer(hidden_channels) for _ in range(num_layers))
        self.lin2 = torch.nn.Linear(hidden_channels, out_channels)

    def forward(self, x, edges):
        x, state = self.lin1(x), None
        for layer in self.gplayers:
            x, state = layer(x, edges, state)
        return self.lin2(x)


class GeniePathLazy(torch.nn.Module):
    def __init__(self, in_channels, hidden_channels, num_layers, out_channels):
        super().__init__()
        self.lin1 = torch.nn.Linear(in_channels, hidden_channels)
        self.breadths = torch.nn.ModuleList(Breadth(hidden_channels) for _ in range(num_layers))
        self.depths = torch.nn.ModuleList(Depth(2 * hidden_channels, hidden_channels) for _ in range(num_layers))
        self.lin2 = torch.nn.Linear(hidden_channels, out_channels)

    def forward(self, x, edges):
        x, state = self.lin1(x), None
        heads = [breadth(x, edges) for breadth in self.breadths]
        for depth, head in zip(self.depths, heads):
            x, state = depth(torch.cat([head, x], -1), state)
        return self.lin2(x)
