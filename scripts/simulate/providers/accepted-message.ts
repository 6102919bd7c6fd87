/** A line of a loopback provider's log: one message that it took. */
export interface AcceptedMessage {
  /** The provider's. */
  id: string;
  /** E.164. */
  phone: string;
  text: string;
  imageUrl: string | null;
  /** The name of the template that was used; null: free text. */
  template: string | null;
  /** Sininho's own id, where the provider is given it. */
  messageId: string | null;
  at: Date;
}
