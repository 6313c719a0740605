/// What can be pressed, in our words.
public enum Key: Sendable, Hashable {
  case character(Unicode.Scalar)
  case up, down, left, right
  case shiftUp, shiftDown, shiftLeft, shiftRight
  case pageUp, pageDown, home, end
  case tab, backTab, enter, escape, backspace, delete
  case control(Unicode.Scalar)
  case function(Int)
}
